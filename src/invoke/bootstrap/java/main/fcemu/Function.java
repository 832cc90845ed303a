package fcemu;

import java.util.Map;

/** The user's function, as the glue shows it: implemented by fcemu.glue.Handlers, which lives where the user's classes are seen. */
public interface Function {
    void initialize(Map<String, Object> meta) throws Throwable;

    void hook(Map<String, Object> meta) throws Throwable;

    Answer call(Map<String, Object> meta, byte[] event) throws Throwable;

    /** Of the call that this thread runs. */
    String requestId();
}
