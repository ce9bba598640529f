/** An application whose calls on itself are intercepted, since AspectJ weaves it. */
package org.example.woven;
