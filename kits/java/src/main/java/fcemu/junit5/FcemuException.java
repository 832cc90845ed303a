package fcemu.junit5;

/** The daemon did not start, or refused what it was asked; the text is its own. */
public class FcemuException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FcemuException(String message) {
        super(message);
    }

    public FcemuException(String message, Throwable cause) {
        super(message, cause);
    }
}
