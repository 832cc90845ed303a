package fcemu;

import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.TimeZone;

/** Lines as the service writes them. */
public final class Log {
    private Log() {}

    public static void say(String requestId, String level, String message) {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        System.out.print(format.format(new Date()) + " " + requestId + " [" + level + "] " + message + "\n");
    }
}
