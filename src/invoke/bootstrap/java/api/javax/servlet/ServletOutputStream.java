package javax.servlet;

import java.io.IOException;
import java.io.OutputStream;

public abstract class ServletOutputStream extends OutputStream {
    protected ServletOutputStream() {}

    public void print(String value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(String value) throws IOException {
        print(value);
        println();
    }

    public void print(boolean value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(boolean value) throws IOException {
        print(value);
        println();
    }

    public void print(char value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(char value) throws IOException {
        print(value);
        println();
    }

    public void print(int value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(int value) throws IOException {
        print(value);
        println();
    }

    public void print(long value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(long value) throws IOException {
        print(value);
        println();
    }

    public void print(float value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(float value) throws IOException {
        print(value);
        println();
    }

    public void print(double value) throws IOException {
        write(String.valueOf(value).getBytes("UTF-8"));
    }

    public void println(double value) throws IOException {
        print(value);
        println();
    }

    public void println() throws IOException {
        print("\r\n");
    }

    public abstract boolean isReady();

    public abstract void setWriteListener(WriteListener listener);
}
