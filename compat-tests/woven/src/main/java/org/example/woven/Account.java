package org.example.woven;

import io.smartasync.SmartAsync;

@SmartAsync
public abstract class Account implements Statement {

    public String balance() {
        return helper();
    }

    private String helper() {
        return "0";
    }

    @Override
    public String statement() {
        return balance();
    }
}
