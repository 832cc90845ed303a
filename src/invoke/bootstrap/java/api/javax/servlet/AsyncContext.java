package javax.servlet;

/** Named by methods that functions have no use for. */
public interface AsyncContext {
}
