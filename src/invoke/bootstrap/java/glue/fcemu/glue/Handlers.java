package fcemu.glue;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.HttpRequestHandler;
import com.aliyun.fc.runtime.PojoRequestHandler;
import com.aliyun.fc.runtime.PreFreezeHandler;
import com.aliyun.fc.runtime.PreStopHandler;
import com.aliyun.fc.runtime.StreamRequestHandler;
import fcemu.Answer;
import fcemu.Function;
import fcemu.Json;
import fcemu.LoadError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The user's classes: found, made once each, and called by the interface they have. */
public final class Handlers implements Function {
    private final Map<String, Object> load;
    private final Map<String, Object> made = new HashMap<>();
    private final ThreadLocal<String> requestId = ThreadLocal.withInitial(() -> "");
    private final Object handler;

    public Handlers(Map<String, Object> load) throws Throwable {
        this.load = load;
        handler = find(Json.text(Json.object(load.get("function")), "handler"));
        if (!(handler instanceof StreamRequestHandler || handler instanceof PojoRequestHandler || handler instanceof HttpRequestHandler))
            throw new LoadError("InvalidHandler", "Class '" + handler.getClass().getName()
                + "' implements none of StreamRequestHandler, PojoRequestHandler and HttpRequestHandler of com.aliyun.fc.runtime", null);
    }

    private static boolean hasMethod(Class<?> type, String name) {
        for (java.lang.reflect.Method method : type.getMethods())
            if (method.getName().equals(name)) return true;
        return false;
    }

    private Object find(String text) throws Throwable {
        int colons = text.indexOf("::");
        if (colons <= 0 || colons + 2 >= text.length())
            throw new LoadError("InvalidHandlerName", "Invalid handler '" + text + "': it is package.Class::method", null);
        String name = text.substring(0, colons);
        String method = text.substring(colons + 2);
        Object found = made.get(name);
        if (found == null) made.put(name, found = make(name));
        if (!hasMethod(found.getClass(), method))
            throw new LoadError("HandlerNotFound", "Method '" + method + "' is missing on class '" + name + "'", null);
        return found;
    }

    private static Object make(String name) throws Throwable {
        try {
            return Class.forName(name, true, Handlers.class.getClassLoader()).getConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw new LoadError("ClassNotFound", "Class '" + name + "' is missing in the package", null);
        } catch (NoSuchMethodException e) {
            throw new LoadError("InvalidHandler", "Class '" + name + "' has no public constructor without parameters", null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Context begin(Map<String, Object> meta) {
        requestId.set(Json.text(meta, "requestId"));
        return new ContextOfCall(load, meta);
    }

    @Override
    public void initialize(Map<String, Object> meta) throws Throwable {
        Context context = begin(meta);
        Object initializer = find(Json.text(load, "initializer"));
        if (!(initializer instanceof FunctionInitializer))
            throw new LoadError("InvalidHandler",
                "Class '" + initializer.getClass().getName() + "' does not implement com.aliyun.fc.runtime.FunctionInitializer", null);
        ((FunctionInitializer) initializer).initialize(context);
    }

    @Override
    public void hook(Map<String, Object> meta) throws Throwable {
        Object found = find(Json.text(meta, "handler"));
        Context context = begin(meta);
        if (found instanceof PreStopHandler && Json.text(meta, "handler").endsWith("::preStop")) ((PreStopHandler) found).preStop(context);
        else if (found instanceof PreFreezeHandler) ((PreFreezeHandler) found).preFreeze(context);
        else if (found instanceof PreStopHandler) ((PreStopHandler) found).preStop(context);
        else throw new LoadError("InvalidHandler", "Class '" + found.getClass().getName() + "' has no hook of com.aliyun.fc.runtime", null);
    }

    @Override
    public Answer call(Map<String, Object> meta, byte[] event) throws Throwable {
        Context context = begin(meta);
        if (meta.get("http") != null) return callHttp(Json.object(meta.get("http")), event, context);
        if (handler instanceof StreamRequestHandler) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ((StreamRequestHandler) handler).handleRequest(new ByteArrayInputStream(event), out, context);
            return new Answer(null, out.toByteArray());
        }
        if (handler instanceof PojoRequestHandler) return new Answer(null, callPojo(event, context));
        throw new LoadError("InvalidHandler",
            "Class '" + handler.getClass().getName() + "' takes HTTP requests only: it is called through an HTTP trigger", null);
    }

    @SuppressWarnings("unchecked")
    private byte[] callPojo(byte[] event, Context context) throws Throwable {
        PojoRequestHandler<Object, Object> pojo = (PojoRequestHandler<Object, Object>) handler;
        Object result = pojo.handleRequest(Pojo.read(event, Pojo.inputOf(handler.getClass())), context);
        return Json.print(Pojo.plain(result)).getBytes(StandardCharsets.UTF_8);
    }

    private Answer callHttp(Map<String, Object> http, byte[] body, Context context) throws Throwable {
        if (!(handler instanceof HttpRequestHandler))
            throw new LoadError("InvalidHandler",
                "Class '" + handler.getClass().getName() + "' has no HTTP entry: it implements no com.aliyun.fc.runtime.HttpRequestHandler", null);
        HttpExchange exchange = new HttpExchange(http, body);
        ((HttpRequestHandler) handler).handleRequest(exchange.request(), exchange.response(), context);
        return exchange.answer();
    }

    @Override
    public String requestId() {
        return requestId.get();
    }
}
