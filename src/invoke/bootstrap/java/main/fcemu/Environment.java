package fcemu;

import java.io.File;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Variables and a place that come after the start: a virtual machine that waited in reserve has none of a function yet.
 *
 * <p>System.getenv() knows what was there at the start, and children inherit what the process has: both are told.
 */
final class Environment {
    private Environment() {}

    /** A byte of "NAME=value"; a zero ends it. */
    private static native void add(int value);

    /** To the folder of the code; the property user.dir names it from the start on. */
    private static native boolean enter();

    static void add(Map<String, Object> variables) throws ReflectiveOperationException {
        Map<String, String> all = new HashMap<>(System.getenv());

        if (variables.isEmpty()) return;
        variables.forEach((name, value) -> all.put(name, String.valueOf(value)));
        show(all);
        hand(all);
        if (!enter()) throw new IllegalStateException("no folder of code");
    }

    private static void show(Map<String, String> all) throws ReflectiveOperationException {
        Field shown = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theUnmodifiableEnvironment");
        Field inner = Class.forName("java.util.Collections$UnmodifiableMap").getDeclaredField("m");
        shown.setAccessible(true);
        inner.setAccessible(true);
        inner.set(shown.get(null), Collections.unmodifiableMap(all));
    }

    /** To children: those that are started as they are, and those whose environment is changed before. */
    private static void hand(Map<String, String> all) throws ReflectiveOperationException {
        Field own = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theEnvironment");
        java.lang.reflect.Method name = of("Variable");
        java.lang.reflect.Method value = of("Value");
        own.setAccessible(true);
        @SuppressWarnings("unchecked")
        Map<Object, Object> given = (Map<Object, Object>) own.get(null);
        System.load(new File(new File(System.getProperty("java.class.path")).getParentFile(), "environment.so").getAbsolutePath());
        for (Map.Entry<String, String> pair : all.entrySet()) {
            given.put(name.invoke(null, pair.getKey()), value.invoke(null, pair.getValue()));
            for (byte each : (pair.getKey() + "=" + pair.getValue()).getBytes(StandardCharsets.UTF_8)) add(each);
            add(0);
        }
    }

    private static java.lang.reflect.Method of(String type) throws ReflectiveOperationException {
        java.lang.reflect.Method method = Class.forName("java.lang.ProcessEnvironment$" + type).getDeclaredMethod("valueOf", String.class);
        method.setAccessible(true);
        return method;
    }
}
