package javax.servlet.http;

/** Named by methods that functions have no use for. */
public interface Part {
}
