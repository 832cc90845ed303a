package fcemu;

import java.util.Map;

/** What a call returned: bytes, and for the HTTP form status and headers. */
public final class Answer {
    public final Map<String, Object> head; // null: no HTTP
    public final byte[] body;

    public Answer(Map<String, Object> head, byte[] body) {
        this.head = head;
        this.body = body;
    }
}
