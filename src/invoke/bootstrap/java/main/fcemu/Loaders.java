package fcemu;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Who sees which classes.
 *
 * <p>The user's loader looks into his package and then for the service's interfaces (com.aliyun.fc.runtime, javax.servlet): those
 * of the package win, ours are there in case it has none. The glue is a child of it, so that it implements whichever they are.
 */
final class Loaders {
    private Loaders() {}

    /** Classes below a folder of our own jar. */
    private static class Folder extends ClassLoader {
        private final String prefix;
        private final String folder;
        private final ClassLoader ours; // whose other classes are seen, too; or null

        Folder(String prefix, String folder, ClassLoader parent, ClassLoader ours) {
            super(parent);
            this.prefix = prefix;
            this.folder = folder;
            this.ours = ours;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] code = name.startsWith(prefix) ? read(folder + name.replace('.', '/') + ".class") : null;
            if (code != null) return defineClass(name, code, 0, code.length);
            if (ours != null && name.startsWith("fcemu.")) return ours.loadClass(name);
            throw new ClassNotFoundException(name);
        }

        private static byte[] read(String path) {
            try (InputStream in = Main.class.getResourceAsStream("/" + path)) {
                if (in == null) return null;
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                byte[] part = new byte[8192];
                for (int got; (got = in.read(part)) > 0; ) all.write(part, 0, got);
                return all.toByteArray();
            } catch (IOException e) {
                return null;
            }
        }
    }

    private static class User extends URLClassLoader {
        private final ClassLoader api;

        User(URL[] places, ClassLoader platform) {
            super(places, platform);
            api = new Folder("", "api/", platform, null);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try {
                return super.findClass(name);
            } catch (ClassNotFoundException e) {
                try {
                    return api.loadClass(name);
                } catch (ClassNotFoundException other) {
                    throw e;
                }
            }
        }
    }

    private static void addJars(File folder, List<URL> out) throws MalformedURLException {
        File[] files = folder.listFiles((place, name) -> name.endsWith(".jar"));
        if (files == null) return;
        Arrays.sort(files);
        for (File file : files) out.add(file.toURI().toURL());
    }

    /** A package is a jar itself, or has jars, or both. */
    static ClassLoader user(String code) throws IOException {
        List<URL> places = new ArrayList<>();
        places.add(new File(code + "/").toURI().toURL());
        addJars(new File(code), places);
        addJars(new File(code, "lib"), places);
        String path = System.getenv("CLASSPATH");
        for (String part : (path == null ? "" : path).split(":")) {
            if (part.endsWith("/*")) addJars(new File(part.substring(0, part.length() - 2)), places);
            else if (!part.isEmpty()) places.add(new File(part).toURI().toURL());
        }
        // Java 8 has no platform loader: what lies above the application is the extensions'.
        return new User(places.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());
    }

    static Function function(ClassLoader user, Map<String, Object> load) throws Throwable {
        ClassLoader glue = new Folder("fcemu.glue.", "glue/", user, Loaders.class.getClassLoader());
        try {
            return (Function) glue.loadClass("fcemu.glue.Handlers").getConstructor(Map.class).newInstance(load);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
