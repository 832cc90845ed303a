package fcemu.junit5;

import com.google.gson.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A rule of a test. */
public final class Rule {
    private final Daemon daemon;
    private final String id;

    Rule(Daemon daemon, String id) {
        this.daemon = daemon;
        this.id = id;
    }

    public String id() {
        return id;
    }

    private String path() {
        return "/_fcemu/faults/rules/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    }

    /** matched, reached, fired and the rest, as they are now. */
    public JsonObject counters() {
        return daemon.ask("GET", path(), null).getAsJsonObject();
    }

    /** How many calls it struck. */
    public int fired() {
        return counters().get("fired").getAsInt();
    }

    /** Take it away before the test ends. */
    public void remove() {
        daemon.ask("DELETE", path(), null);
    }
}
