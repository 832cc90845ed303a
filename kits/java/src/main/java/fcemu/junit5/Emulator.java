package fcemu.junit5;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests with an emulated Function Compute: they take a parameter {@link Cloud}, an account that no other test uses. Tests of a process
 * share a daemon and may run at the same time. On a method it stands for that of its class.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FcemuExtension.class)
public @interface Emulator {
    /** Region of the account. */
    String region() default "cn-hangzhou";

    /** A daemon for each test alone, so that what is global may be changed. */
    boolean own() default false;

    /**
     * The daemon in a container of this image, by testcontainers, which the project names among its dependencies; the system property
     * fcemu.image does it for those that say nothing.
     */
    String image() default "";

    /** Configuration of a daemon of its own; this and the others below ask for one. */
    String config() default "";

    /** Rule files of it. */
    String[] faults() default {};

    /** Files of it with canned answers. */
    String[] fixtures() default {};

    /** Files of it with services and functions. */
    String[] seeds() default {};
}
