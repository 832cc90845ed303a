package fcemu.junit5;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The daemon in a container: a second way to start, where there is no binary for this machine. {@code @Emulator(image = "…")} makes one; this
 * class is for those who put containers together themselves, and get an account of it by {@link #cloud}.
 */
public final class FcemuContainer extends GenericContainer<FcemuContainer> {
    /** Of the same version as this kit. */
    public static final String IMAGE = "fcemu:0.1.0-full";

    private static final int PORT = 8252;
    private static final int TOKEN_BYTES = 16;
    private static final String READY_WITHIN = "60s";
    private static final String CONFIG = "/etc/fcemu/config/";
    private static final int ANSWER_MS = 60_000;

    private final List<String> words = new ArrayList<>(List.of("serve", "--data", "/var/lib/fcemu", "--ca-dir", "/var/lib/fcemu-ca", "--listen", ":" + PORT));
    private final String token = token();
    private String config = CONFIG + "tests.yaml";
    private final StringBuffer said = new StringBuffer(); // a container that did not start is taken away with its log
    private int files;
    private Path folder;
    private Daemon daemon;

    /** {@link #IMAGE}, or what FCEMU_IMAGE names. */
    public FcemuContainer() {
        this(System.getenv().getOrDefault("FCEMU_IMAGE", IMAGE));
    }

    public FcemuContainer(String image) {
        super(DockerImageName.parse(image));
        withExposedPorts(PORT).withEnv("FCEMU_TOKEN", token).withLogConsumer(frame -> said.append(frame.getUtf8String()));
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(String.format("%02x", each));
        }
        return text.toString();
    }

    /** A configuration of your own: it decides who may call (auth.mode, allow_users). */
    public FcemuContainer withConfig(String path) {
        config = CONFIG + "own.yaml";
        return withCopyFileToContainer(MountableFile.forHostPath(path), config);
    }

    public FcemuContainer withFaults(String... paths) {
        return share("--faults", paths);
    }

    public FcemuContainer withFixtures(String... paths) {
        return share("--fixtures", paths);
    }

    public FcemuContainer withSeeds(String... paths) {
        return share("--seeds", paths);
    }

    private FcemuContainer share(String option, String... paths) {
        for (String path : paths) {
            String place = CONFIG + "own/" + files++ + "-" + Path.of(path).getFileName();
            withCopyFileToContainer(MountableFile.forHostPath(path), place);
            words.addAll(List.of(option, place));
        }
        return this;
    }

    /** As the options of the daemon name them: --config FILE and so on. */
    FcemuContainer withFiles(List<String> options) {
        for (int i = 0; i + 1 < options.size(); i += 2) {
            if (options.get(i).equals("--config")) {
                withConfig(options.get(i + 1));
            } else {
                share(options.get(i), options.get(i + 1));
            }
        }
        return this;
    }

    @Override
    protected void configure() {
        List<String> command = new ArrayList<>(words);
        command.addAll(Arrays.asList("--config", config));
        withCommand(command.toArray(new String[0]));
    }

    /** Returns when the daemon accepts calls, its seeds included. */
    @Override
    public void start() {
        String problem;
        try {
            super.start();
            ExecResult waited = execInContainer("fcemu", "wait", "--within", READY_WITHIN);
            problem = waited.getExitCode() == 0 ? null : waited.getStderr();
        } catch (IOException | RuntimeException ended) { // the engine's client has a kind of its own for each way
            problem = String.valueOf(ended.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        }
        if (problem != null) {
            String told = said.toString().strip();
            stop();
            throw new FcemuException(told.isEmpty() ? problem : told);
        }
    }

    public String url() {
        return "http://" + getHost() + ":" + getMappedPort(PORT);
    }

    /** An account that no other test uses, in the running container. Who has started the container may change what is global. */
    public Cloud cloud(String region) {
        return new Cloud(daemon(), true, region);
    }

    synchronized Daemon daemon() {
        if (daemon == null) {
            String ca = authority();
            Map<String, String> env = new LinkedHashMap<>();
            for (String name : new String[] {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"}) {
                env.put(name, url());
            }
            for (String name : new String[] {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
                env.put(name, ca);
            }
            env.put("FCEMU_ADDRESS", getHost() + ":" + getMappedPort(PORT));
            daemon = new Daemon(url(), ca, env, this::getLogs, this::stop, token);
        }
        return daemon;
    }

    /** Its certificate, as a file beside the tests. */
    private String authority() {
        try {
            folder = Files.createTempDirectory("fcemu-ca-");
            Path path = folder.resolve("ca.pem");
            HttpURLConnection asked = (HttpURLConnection) URI.create(url() + "/_fcemu/ca.pem").toURL().openConnection(Proxy.NO_PROXY);
            asked.setReadTimeout(ANSWER_MS);
            asked.setRequestProperty("X-Fcemu-Token", token);
            try (InputStream body = asked.getInputStream()) {
                Files.copy(body, path, StandardCopyOption.REPLACE_EXISTING);
            }
            return path.toString();
        } catch (IOException problem) {
            throw new FcemuException("no certificate of the authority: " + problem.getMessage(), problem);
        }
    }

    @Override
    public void stop() {
        super.stop();
        try {
            if (folder != null) {
                Files.deleteIfExists(folder.resolve("ca.pem"));
                Files.deleteIfExists(folder);
            }
        } catch (IOException left) {
            logger().warn("{} is left: {}", folder, left.getMessage());
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
