create table if not exists account (
  name varchar(50) primary key,
  password_hash varchar(60) not null
);
create table if not exists holding (
  owner varchar(50) not null references account (name),
  symbol varchar(10) not null,
  quantity integer not null,
  primary key (owner, symbol)
);
