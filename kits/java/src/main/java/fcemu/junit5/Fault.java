package fcemu.junit5;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls of the test are struck from its start, as {@link Cloud#fault} does: {@code @Fault(value = "ResourceThrottled", times = 2)}. */
@Documented
@Inherited
@Repeatable(Fault.Several.class)
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FcemuExtension.class)
public @interface Fault {
    /** A documented code, or what {@code do} of a rule has there, as JSON: {@code {"close": {"at": "headers"}}}. */
    String value();

    String operation() default "";

    String service() default "";

    String function() default "";

    /** Strike the first so many calls; 0: all. */
    int times() default 0;

    /** Name of the rule. */
    String id() default "";

    /** The container of several. */
    @Documented
    @Inherited
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(FcemuExtension.class)
    @interface Several {
        Fault[] value();
    }
}
