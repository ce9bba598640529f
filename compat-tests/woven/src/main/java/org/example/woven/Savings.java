package org.example.woven;

import org.springframework.stereotype.Service;

/** Overrides a woven method and calls it. */
@Service
public class Savings extends Account {

    @Override
    public String balance() {
        return "savings: " + super.balance();
    }
}
