package javax.servlet;

import java.io.IOException;
import java.io.InputStream;

public abstract class ServletInputStream extends InputStream {
    protected ServletInputStream() {}

    public int readLine(byte[] bytes, int at, int count) throws IOException {
        int got = 0;
        for (int c; got < count && (c = read()) >= 0; ) {
            bytes[at + got++] = (byte) c;
            if (c == '\n') break;
        }
        return got > 0 ? got : -1;
    }

    public abstract boolean isFinished();

    public abstract boolean isReady();

    public abstract void setReadListener(ReadListener listener);
}
