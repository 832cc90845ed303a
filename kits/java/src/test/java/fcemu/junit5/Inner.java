package fcemu.junit5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Tests of a project, which run in processes of their own: see ProcessesTest. Started with a class and a method. */
final class Inner {
    private Inner() {
    }

    public static void main(String[] words) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request =
            LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectMethod(words[0], words[1], Cloud.class.getName())).build();
        LauncherFactory.create().execute(request, listener);
        listener.getSummary().getFailures().forEach(failure -> failure.getException().printStackTrace());
        System.exit(listener.getSummary().getTestsSucceededCount() == 1 ? 0 : 1);
    }

    private static void tell(String text) throws Exception {
        Path told = Path.of(System.getenv("FCEMU_TOLD"));
        Path fresh = Path.of(told + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, told, StandardCopyOption.ATOMIC_MOVE);
    }

    @Tag("inner")
    @Emulator
    static class Tests {
        @Test
        void one(Cloud cloud) throws Exception {
            cloud.stub("f", Answer.empty());
            assertEquals(200, Http.invoke(cloud, "f").statusCode());
            assertEquals(1, cloud.ask("GET", "/_fcemu/requests", null).getAsJsonObject().getAsJsonArray("requests").size());
            tell(cloud.url());
        }

        @Test
        void hangs(Cloud cloud) throws Exception {
            tell(cloud.url());
            new CountDownLatch(1).await();
        }

        @Test
        @Fault(value = "ResourceThrottled", function = "pay", id = "storm")
        void fails(Cloud cloud) throws Exception {
            Http.invoke(cloud, "pay");
            fail("as meant");
        }

        @Test
        void verifies(Cloud cloud) throws Exception {
            Http.invoke(cloud, "gone");
            cloud.verify(Map.of("calls", Map.of("eq", 2)));
        }

        @Test
        void vacuous(Cloud cloud) {
            cloud.verify(Map.of("retries", Map.of("eq", 2)));
        }

        @Test
        void stopsAll(Cloud cloud) {
            cloud.stopAll();
        }

        @Test
        void mistakes(Cloud cloud) {
            cloud.fault("ResourceThrotled", Strike.all());
        }

        @Test
        @Emulator(faults = "gone.yaml")
        void noFile(Cloud cloud) {
            fail("it started");
        }
    }
}
