package fcemu.junit5;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;

/** An account of a daemon for each test, struck as {@link Fault} says, told of when the test fails, and reset behind it. */
public final class FcemuExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver, TestExecutionExceptionHandler {
    private static final Namespace OURS = Namespace.create(FcemuExtension.class);

    /** What stands below the error of a failed test. */
    static final class CallsOfTheTest extends Exception {
        private static final long serialVersionUID = 1;

        CallsOfTheTest(Cloud cloud, List<String> lines) {
            super("calls of account " + cloud.account() + ":\n" + String.join("\n", lines), null, false, false);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }

    @Emulator
    private static final class Usual {
    }

    private static Emulator wanted(ExtensionContext context) {
        Optional<Emulator> ofMethod = AnnotationSupport.findAnnotation(context.getElement(), Emulator.class);
        for (Class<?> type = context.getRequiredTestClass(); ofMethod.isEmpty() && type != null; type = type.getEnclosingClass()) {
            ofMethod = AnnotationSupport.findAnnotation(type, Emulator.class);
        }
        return ofMethod.orElseGet(() -> Usual.class.getAnnotation(Emulator.class));
    }

    private static List<String> words(Emulator emulator) {
        List<String> words = new ArrayList<>();
        if (!emulator.config().isEmpty()) {
            words.addAll(List.of("--config", emulator.config()));
        }
        Map<String, String[]> files = Map.of("--faults", emulator.faults(), "--fixtures", emulator.fixtures(), "--seeds", emulator.seeds());
        files.forEach((option, paths) -> {
            for (String path : paths) {
                words.addAll(List.of(option, path));
            }
        });
        return words;
    }

    // Closed by the engine with the stores: the shared one behind all tests, others behind theirs.
    private static Cloud cloud(ExtensionContext context) {
        return context.getStore(OURS).getOrComputeIfAbsent(Cloud.class, key -> {
            Emulator emulator = wanted(context);
            List<String> words = words(emulator);
            boolean own = emulator.own() || !words.isEmpty();
            String image = emulator.image().isEmpty() ? System.getProperty("fcemu.image", "") : emulator.image();
            Daemon daemon = own ? context.getStore(OURS).getOrComputeIfAbsent(Daemon.class, each -> start(image, words), Daemon.class)
                : context.getRoot().getStore(OURS).getOrComputeIfAbsent(Daemon.class.getName() + image, each -> shared(image), Daemon.class);
            return new Cloud(daemon, own, emulator.region());
        }, Cloud.class);
    }

    private static Daemon start(String image, List<String> words) {
        return image.isEmpty() ? Daemon.start(words) : Contained.start(image, words);
    }

    private static Daemon shared(String image) {
        String address = System.getProperty("fcemu.attach", System.getenv("FCEMU_ATTACH"));
        return address == null || address.isEmpty() || !image.isEmpty() ? start(image, List.of()) : Daemon.attach(address);
    }

    // In a class of its own, so that testcontainers can be missing.
    private static final class Contained {
        static Daemon start(String image, List<String> words) {
            FcemuContainer container = new FcemuContainer(image).withFiles(words);
            container.start();
            return container.daemon();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Cloud cloud = cloud(context);
        List<Fault> faults = new ArrayList<>(AnnotationSupport.findRepeatableAnnotations(context.getRequiredTestClass(), Fault.class));
        faults.addAll(AnnotationSupport.findRepeatableAnnotations(context.getElement(), Fault.class));
        faults.forEach(fault -> strike(cloud, fault));
    }

    private static void strike(Cloud cloud, Fault fault) {
        Strike strike = Strike.all();
        Map.of("operation", fault.operation(), "service", fault.service(), "function", fault.function()).forEach((key, value) -> {
            if (!value.isEmpty()) {
                strike.match(key, value);
            }
        });
        if (fault.times() > 0) {
            strike.times(fault.times());
        }
        if (!fault.id().isEmpty()) {
            strike.rule("id", fault.id());
        }
        if (fault.value().startsWith("{")) {
            JsonObject outcome = JsonParser.parseString(fault.value()).getAsJsonObject();
            cloud.fault(outcome.asMap(), strike);
        } else {
            cloud.fault(fault.value(), strike);
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        Cloud cloud = cloud(context);
        try {
            List<String> lines = cloud.story();
            failure.addSuppressed(new CallsOfTheTest(cloud, lines));
            context.publishReportEntry("calls of account " + cloud.account(), String.join("\n", lines));
        } catch (FcemuException problem) {
            failure.addSuppressed(new CallsOfTheTest(cloud, List.of("  " + problem.getMessage(), cloud.log())));
        }
        throw failure;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        cloud(context).reset();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cloud.class && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cloud(context);
    }
}
