package fcemu;

/** What is wrong with a handler before it is called. */
public final class LoadError extends Exception {
    private static final long serialVersionUID = 1;

    final String kind;

    public LoadError(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }
}
