/**
 * An emulated Alibaba Cloud Function Compute for JUnit 5: {@link fcemu.junit5.Emulator} on a class or a method, and a parameter
 * {@link fcemu.junit5.Cloud}.
 */
package fcemu.junit5;
