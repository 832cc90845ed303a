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

    static String body(Throwable error) {
        while (error instanceof InvocationTargetException && error.getCause() != null) error = error.getCause();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("errorMessage", error.getMessage() == null ? "" : error.getMessage());
        if (error instanceof LoadError) {
            body.put("errorType", ((LoadError) error).kind);
            if (error.getCause() != null) body.put("errorCause", error.getCause().toString());
            body.put("stackTrace", error.getCause() == null ? new ArrayList<>() : trace(error.getCause()));
        } else {
            body.put("errorType", error.getClass().getName());
            if (error.getCause() != null) body.put("errorCause", error.getCause().toString());
            body.put("stackTrace", trace(error));
        }
        return Json.print(body);
    }
}
