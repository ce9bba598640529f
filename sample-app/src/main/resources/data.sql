-- The passwords: ada / enchantress, charles / difference
insert into account (name, password_hash) values
  ('ada', '$2a$12$g91OQwecu93jKS6xI5Bs1euyAnPtY4Bu92fQHehTSXLJdUx3SZX/O'),
  ('charles', '$2a$12$DifR4qQjCVwK0YE1J/.C3OAToc4gXWzpKwvozsf.TkvafiboGj.Ka')
on conflict do nothing;
insert into holding (owner, symbol, quantity) values
  ('ada', 'ACME', 12),
  ('ada', 'BOLT', 40),
  ('ada', 'COGS', 7),
  ('ada', 'DIAL', 100),
  ('ada', 'ETCH', 25),
  ('charles', 'COGS', 1000),
  ('charles', 'GEAR', 300)
on conflict do nothing;
