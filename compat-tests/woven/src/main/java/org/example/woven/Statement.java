package org.example.woven;

public interface Statement {

    String statement();
}
