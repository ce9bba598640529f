/** An application as a user would write it. It compiles unchanged on every Boot line. */
package org.example.shop;
