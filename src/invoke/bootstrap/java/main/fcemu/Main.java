package fcemu;

import java.io.DataInputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Runs a Java function: frames with the daemon over descriptor 3, user code in between.
 *
 * <p>A frame is length u32, kind u8, 3 bytes 0, call u32 and its payload, little-endian; see src/invoke/frame.h. Nothing here
 * knows the classes of the user: they have loaders of their own ({@link Loaders}), and what stands between is {@link Function}.
 * Runs on Java 8 and later. Source: spec page invocation, section 8.5.
 */
public final class Main {
    private static final int CHANNEL = 3;
    private static final int HEAD = 12;
    private static final int UNHANDLED = 2;

    private final DataInputStream in;
    private final FileOutputStream out;
    private Function function;
    private boolean parallel;

    private Main(FileDescriptor channel) {
        in = new DataInputStream(new FileInputStream(channel));
        out = new FileOutputStream(channel);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals("--tell")) {
            tell();
            return;
        }
        Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        System.out.println("FunctionCompute java runtime inited.");
        new Main(constructor.newInstance(CHANNEL)).serve();
    }

    /** Real path, version and folder of this virtual machine, a line each. */
    private static void tell() {
        File home = new File(System.getProperty("java.home"));
        String version = System.getProperty("java.version");
        System.out.println(new File(home, "bin/java").getPath());
        System.out.println(version.startsWith("1.") ? version.substring(2).replace('_', '.') : version);
        System.out.println(home.getName().equals("jre") ? home.getParent() : home.getPath());
    }

    // ---- frames ----

    private void send(char kind, int call, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) length += part.length;
        ByteBuffer frame = ByteBuffer.allocate(HEAD + length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(length).putInt(kind).putInt(call);
        for (byte[] part : parts) frame.put(part);
        synchronized (out) {
            try {
                out.write(frame.array());
            } catch (IOException e) {
                Runtime.getRuntime().halt(0);
            }
        }
    }

    private void serve() throws IOException {
        byte[] head = new byte[HEAD];
        send('r', 0);
        for (;;) {
            try {
                in.readFully(head);
            } catch (IOException e) {
                Runtime.getRuntime().halt(0);
            }
            ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            byte[] payload = new byte[numbers.getInt(0)];
            in.readFully(payload);
            take((char) head[4], numbers.getInt(8), payload);
        }
    }

    private static boolean isCall(char kind) {
        return kind == 'C' || kind == 'H';
    }

    private void take(char kind, int call, byte[] payload) {
        if (isCall(kind) && parallel) new Thread(() -> run(kind, call, payload), "call-" + call).start();
        else run(kind, call, payload);
    }

    private void run(char kind, int call, byte[] payload) {
        Thread.interrupted(); // what a call before left behind
        try {
            if (kind == 'L') load(call, payload);
            else if (isCall(kind)) call(call, payload);
            else hook(kind, call, payload);
        } catch (OutOfMemoryError e) { // a wall before the limit: the end is the same
            Runtime.getRuntime().halt(3);
        } catch (Throwable e) {
            fail(call, e);
        }
    }

    private void load(int call, byte[] payload) throws Throwable {
        Map<String, Object> load = Json.object(Json.parse(payload, 0, payload.length));
        Environment.add(Json.object(load.get("environment")));
        parallel = Json.integer(load, "concurrency", 1) > 1;
        ClassLoader user = Loaders.user(Json.text(load, "code"));
        Thread.currentThread().setContextClassLoader(user);
        function = Loaders.function(user, load);
        System.out.flush();
        send('l', call);
    }

    private void hook(char kind, int call, byte[] payload) throws Throwable {
        Map<String, Object> meta = Json.object(Json.parse(payload, 0, payload.length));
        if (kind == 'I') function.initialize(meta);
        else function.hook(meta);
        System.out.flush();
        send('a', call);
    }

    private void call(int call, byte[] payload) throws Throwable {
        int size = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt();
        Map<String, Object> meta = Json.object(Json.parse(payload, 4, size));
        byte[] event = Arrays.copyOfRange(payload, 4 + size, payload.length);
        Answer answer = function.call(meta, event);
        System.out.flush();
        if (answer.head == null) {
            send('a', call, answer.body);
            return;
        }
        byte[] head = Json.print(answer.head).getBytes(StandardCharsets.UTF_8);
        byte[] length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(head.length).array();
        send('h', call, length, head, answer.body);
    }

    private void fail(int call, Throwable error) {
        String body = Errors.body(error);
        Log.say(function == null ? "" : function.requestId(), "ERROR", body);
        System.out.flush();
        send('e', call, new byte[] {UNHANDLED}, body.getBytes(StandardCharsets.UTF_8));
    }
}
