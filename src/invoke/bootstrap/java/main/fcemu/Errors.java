package fcemu;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of what a function threw. */
final class Errors {
    private Errors() {}

    private static boolean isOurs(StackTraceElement frame) {
        return frame.getClassName().startsWith("fcemu.");
    }

    /** Frames of the user: those before ours, without the reflection between. */
    private static List<Object> trace(Throwable error) {
        List<Object> shown = new ArrayList<>();
        for (StackTraceElement frame : error.getStackTrace()) {
            if (isOurs(frame)) break;
            shown.add(frame.toString());
        }
        while (!shown.isEmpty() && shown.get(shown.size() - 1).toString().matches("(java\\.base/)?(java\\.lang\\.reflect|jdk\\.internal|sun\\.reflect).*"))
            shown.remove(shown.size() - 1);
        return shown;
    }

    /** An error of the user's may have no text to give. */
    private static String text(java.util.concurrent.Callable<String> of, Throwable error) {
        try {
            String text = of.call();
            return text == null ? "" : text;
        } catch (Throwable e) {
            return "<" + e.getClass().getName() + " when " + error.getClass().getName() + " is asked for its text>";
        }
    }

    private static Throwable own(Throwable error) {
        while (error instanceof InvocationTargetException && error.getCause() != null) error = error.getCause();
        return error;
    }

    static String body(Throwable thrown) {
        Throwable error = own(thrown);
        Throwable cause = error.getCause();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("errorMessage", text(error::getMessage, error));
        if (error instanceof LoadError) {
            body.put("errorType", ((LoadError) error).kind);
            if (cause != null) body.put("errorCause", text(cause::toString, cause));
            body.put("stackTrace", cause == null ? new ArrayList<>() : trace(cause));
        } else {
            body.put("errorType", error.getClass().getName());
            if (cause != null) body.put("errorCause", text(cause::toString, cause));
            body.put("stackTrace", trace(error));
        }
        return Json.print(body);
    }
}
