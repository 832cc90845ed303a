package fcemu.glue;

import fcemu.Answer;
import fcemu.Json;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Proxy;
import java.net.URLDecoder;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import javax.servlet.ReadListener;
import javax.servlet.ServletInputStream;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.Cookie;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/**
 * A request and its response as the HTTP form of the first generations sees them.
 *
 * <p>The interfaces have a hundred methods and grow from version to version: both are proxies, and a method without a meaning here
 * answers null, 0 or false, or says that it is not there.
 */
final class HttpExchange {
    private static final String UTF_8 = "UTF-8";

    private final Map<String, Object> http;
    private final byte[] body;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private final Map<String, List<String>> answered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final In in;
    private String encoding;
    private String answerEncoding;
    private int status = 200;
    private PrintWriter writer;

    HttpExchange(Map<String, Object> http, byte[] body) {
        this.http = http;
        this.body = body;
        in = new In(new ByteArrayInputStream(body));
        Json.object(http.get("headersMap")).forEach((name, values) -> headers.put(name, texts(values)));
        attributes.put("FC_REQUEST_PATH", Json.text(http, "path"));
        attributes.put("FC_REQUEST_URI", Json.text(http, "requestURI"));
        attributes.put("FC_REQUEST_CLIENT_IP", Json.text(http, "clientIP"));
    }

    private static List<String> texts(Object values) {
        List<String> all = new ArrayList<>();
        for (Object value : (List<?>) values) all.add(String.valueOf(value));
        return all;
    }

    HttpServletRequest request() {
        return (HttpServletRequest) Proxy.newProxyInstance(HttpExchange.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class},
            (proxy, method, arguments) -> orNothing(ask(method.getName(), arguments == null ? new Object[0] : arguments, proxy), method.getReturnType()));
    }

    HttpServletResponse response() {
        return (HttpServletResponse) Proxy.newProxyInstance(HttpExchange.class.getClassLoader(), new Class<?>[] {HttpServletResponse.class},
            (proxy, method, arguments) -> orNothing(tell(method.getName(), arguments == null ? new Object[0] : arguments, proxy), method.getReturnType()));
    }

    private static Object orNothing(Object value, Class<?> type) {
        if (value != null || !type.isPrimitive() || type == void.class) return value;
        if (type == boolean.class) return false;
        return type == long.class ? (Object) 0L : (Object) 0;
    }

    Answer answer() {
        if (writer != null) writer.flush();
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("status", status);
        head.put("headersMap", answered);
        return new Answer(head, out.toByteArray());
    }

    // ---- the request ----

    private String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    private String path() {
        return Json.text(http, "requestURI").split("\\?", 2)[0];
    }

    private String query() {
        String[] parts = Json.text(http, "requestURI").split("\\?", 2);
        return parts.length == 2 ? parts[1] : null;
    }

    private String charset() {
        String type = header("Content-Type");
        int at = type == null ? -1 : type.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (encoding != null) return encoding;
        return at < 0 ? null : type.substring(at + "charset=".length()).split(";")[0].replace("\"", "").trim();
    }

    private String charsetOr(String fallback) {
        return charset() == null ? fallback : charset();
    }

    private void addParameters(String text, Map<String, List<String>> all) throws UnsupportedEncodingException {
        for (String pair : text.split("&")) {
            String[] parts = pair.split("=", 2);
            if (pair.isEmpty()) continue;
            all.computeIfAbsent(URLDecoder.decode(parts[0], UTF_8), name -> new ArrayList<>())
                .add(parts.length == 2 ? URLDecoder.decode(parts[1], UTF_8) : "");
        }
    }

    private Map<String, String[]> parameters() throws UnsupportedEncodingException {
        Map<String, List<String>> all = new LinkedHashMap<>();
        Map<String, String[]> shown = new LinkedHashMap<>();
        String type = header("Content-Type");
        if (query() != null) addParameters(query(), all);
        if (type != null && type.startsWith("application/x-www-form-urlencoded")) addParameters(new String(body, charsetOr(UTF_8)), all);
        all.forEach((name, values) -> shown.put(name, values.toArray(new String[0])));
        return shown;
    }

    private Cookie[] cookies() {
        List<Cookie> all = new ArrayList<>();
        String text = header("Cookie");
        if (text == null) return null;
        for (String pair : text.split(";")) {
            String[] parts = pair.trim().split("=", 2);
            if (parts.length == 2 && !parts[0].isEmpty()) all.add(new Cookie(parts[0], parts[1]));
        }
        return all.toArray(new Cookie[0]);
    }

    private static <T> Enumeration<T> each(Collection<T> items) {
        return Collections.enumeration(items == null ? Collections.<T>emptyList() : items);
    }

    private static Object not(String name) {
        throw new UnsupportedOperationException("a function's request or response has no " + name + "()");
    }

    private static Object common(String name, Object[] a, Object self) {
        if (name.equals("equals")) return a[0] == self;
        if (name.equals("hashCode")) return System.identityHashCode(self);
        return name.equals("toString") ? "FunctionCompute HTTP" : null;
    }

    private Object ask(String name, Object[] a, Object self) throws Exception {
        String[] server = Json.text(http, "host").split(":", 2);
        switch (name) {
            case "getMethod": return Json.text(http, "method");
            case "getRequestURI": return path();
            case "getRequestURL": return new StringBuffer("http://" + Json.text(http, "host") + path());
            case "getQueryString": return query();
            case "getPathInfo": return Json.text(http, "path");
            case "getServletPath":
            case "getContextPath": return "";
            case "getHeader": return header((String) a[0]);
            case "getHeaders": return each(headers.get((String) a[0]));
            case "getHeaderNames": return each(headers.keySet());
            case "getIntHeader": return header((String) a[0]) == null ? -1 : Integer.parseInt(header((String) a[0]).trim());
            case "getDateHeader": return header((String) a[0]) == null ? -1L : dates().parse(header((String) a[0])).getTime();
            case "getInputStream": return in;
            case "getReader": return new BufferedReader(new InputStreamReader(in, charsetOr(UTF_8)));
            case "getContentLength": return body.length;
            case "getContentLengthLong": return (long) body.length;
            case "getContentType": return header("Content-Type");
            case "getCharacterEncoding": return charset();
            case "setCharacterEncoding": encoding = (String) a[0]; return null;
            case "getParameter": return parameters().containsKey(a[0]) ? parameters().get(a[0])[0] : null;
            case "getParameterValues": return parameters().get(a[0]);
            case "getParameterMap": return parameters();
            case "getParameterNames": return each(parameters().keySet());
            case "getAttribute": return attributes.get(a[0]);
            case "setAttribute": attributes.put((String) a[0], a[1]); return null;
            case "removeAttribute": attributes.remove(a[0]); return null;
            case "getAttributeNames": return each(attributes.keySet());
            case "getRemoteAddr":
            case "getRemoteHost": return Json.text(http, "clientIP");
            case "getServerName":
            case "getLocalName": return server[0];
            case "getServerPort": return server.length == 2 ? Integer.parseInt(server[1]) : 80;
            case "getScheme": return "http";
            case "getProtocol": return "HTTP/1.1";
            case "getCookies": return cookies();
            case "getLocale": return Locale.getDefault();
            case "getLocales": return each(Collections.singletonList(Locale.getDefault()));
            case "startAsync":
            case "upgrade":
            case "login":
            case "logout":
            case "authenticate":
            case "getPart":
            case "getParts":
            case "changeSessionId": return not(name);
            default: return common(name, a, self);
        }
    }

    // ---- the response ----

    private static SimpleDateFormat dates() {
        SimpleDateFormat format = new SimpleDateFormat("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
        format.setTimeZone(TimeZone.getTimeZone("GMT"));
        return format;
    }

    private void set(String name, Object value) {
        answered.put(name, new ArrayList<>(Collections.singletonList(String.valueOf(value))));
    }

    private void add(String name, Object value) {
        answered.computeIfAbsent(name, key -> new ArrayList<>()).add(String.valueOf(value));
    }

    private static String written(Cookie cookie) {
        StringBuilder text = new StringBuilder(cookie.getName() + "=" + cookie.getValue());
        if (cookie.getPath() != null) text.append("; Path=").append(cookie.getPath());
        if (cookie.getDomain() != null) text.append("; Domain=").append(cookie.getDomain());
        if (cookie.getMaxAge() >= 0) text.append("; Max-Age=").append(cookie.getMaxAge());
        if (cookie.getSecure()) text.append("; Secure");
        if (cookie.isHttpOnly()) text.append("; HttpOnly");
        return text.toString();
    }

    private PrintWriter writer() throws UnsupportedEncodingException {
        if (writer == null) writer = new PrintWriter(new OutputStreamWriter(out, answerEncoding == null ? UTF_8 : answerEncoding));
        return writer;
    }

    private Object tell(String name, Object[] a, Object self) throws Exception {
        switch (name) {
            case "setStatus": status = (Integer) a[0]; return null;
            case "sendError":
                status = (Integer) a[0];
                out.reset();
                if (a.length == 2) out.write(String.valueOf(a[1]).getBytes(UTF_8));
                return null;
            case "sendRedirect":
                status = 302;
                set("Location", a[0]);
                return null;
            case "getStatus": return status;
            case "setHeader":
            case "setIntHeader": set((String) a[0], a[1]); return null;
            case "addHeader":
            case "addIntHeader": add((String) a[0], a[1]); return null;
            case "setDateHeader": set((String) a[0], dates().format(new Date((Long) a[1]))); return null;
            case "addDateHeader": add((String) a[0], dates().format(new Date((Long) a[1]))); return null;
            case "containsHeader": return answered.containsKey((String) a[0]);
            case "getHeader": return answered.containsKey((String) a[0]) ? answered.get((String) a[0]).get(0) : null;
            case "getHeaders": return answered.getOrDefault((String) a[0], Collections.emptyList());
            case "getHeaderNames": return answered.keySet();
            case "setContentType": set("Content-Type", a[0]); return null;
            case "getContentType": return answered.containsKey("Content-Type") ? answered.get("Content-Type").get(0) : null;
            case "setCharacterEncoding": answerEncoding = (String) a[0]; return null;
            case "getCharacterEncoding": return answerEncoding == null ? UTF_8 : answerEncoding;
            case "getOutputStream": return new Out(out);
            case "getWriter": return writer();
            case "flushBuffer":
                if (writer != null) writer.flush();
                return null;
            case "reset":
                status = 200;
                answered.clear();
                out.reset();
                return null;
            case "resetBuffer": out.reset(); return null;
            case "addCookie": add("Set-Cookie", written((Cookie) a[0])); return null;
            case "encodeURL":
            case "encodeUrl":
            case "encodeRedirectURL":
            case "encodeRedirectUrl": return a[0];
            case "getLocale": return Locale.getDefault();
            default: return common(name, a, self);
        }
    }

    // ---- bodies ----

    private static final class In extends ServletInputStream {
        private final ByteArrayInputStream from;

        In(ByteArrayInputStream from) {
            this.from = from;
        }

        @Override
        public int read() {
            return from.read();
        }

        @Override
        public int read(byte[] bytes, int at, int count) {
            return from.read(bytes, at, count);
        }

        @Override
        public int available() {
            return from.available();
        }

        @Override
        public boolean isFinished() {
            return from.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            not("setReadListener");
        }
    }

    private static final class Out extends ServletOutputStream {
        private final ByteArrayOutputStream to;

        Out(ByteArrayOutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int value) {
            to.write(value);
        }

        @Override
        public void write(byte[] bytes, int at, int count) {
            to.write(bytes, at, count);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            not("setWriteListener");
        }
    }
}
