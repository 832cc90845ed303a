package fcemu.junit5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/** Containers that a test puts together itself. With -Dfcemu.image the other tests have their daemon in one, too. */
@EnabledIfEnvironmentVariable(named = "FCEMU_IMAGE", matches = ".+")
class ContainerTest {
    @Test
    void itsFilesCountAndItsEndLeavesNothing(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("own.yaml"), "auth: {mode: lenient}\nallow_users: any\nbody_max: 1KiB\n");
        Path more = Files.writeString(folder.resolve("more.yaml"), "version: 1\nrules: [{id: b, match: {function: y}, do: {error: ResourceThrottled}}]\n");
        Path ca;
        String id;
        try (FcemuContainer container = new FcemuContainer().withConfig(config.toString()).withFaults("src/test/resources/rules.yaml", more.toString())) {
            container.start();
            Cloud cloud = container.cloud("cn-shanghai");
            assertEquals(403, Http.invoke(cloud, "x").statusCode());
            assertEquals(503, Http.invoke(cloud, "y").statusCode());
            assertEquals("cn-shanghai", cloud.calls().get(0).region());
            cloud.advanceClock(Duration.ofHours(5));
            cloud.reset();
            byte[] noise = new byte[4096];
            new java.util.Random(1).nextBytes(noise);
            FcemuException tooLarge = assertThrows(FcemuException.class, () -> cloud.deploy("big", noise, Function.of("python3.10", "index.handler")));
            assertTrue(tooLarge.getMessage().contains("exceeds the maximum"), tooLarge.getMessage());
            FcemuException stranger = assertThrows(FcemuException.class, () -> new Daemon(cloud.url(), "", cloud.env(), () -> "", null, null).ask("GET", "/_fcemu/requests", null));
            assertTrue(stranger.getMessage().contains("401"), stranger.getMessage());
            ca = Path.of(cloud.ca());
            id = container.getContainerId();
            assertTrue(Files.exists(ca));
        }
        assertFalse(Files.exists(ca.getParent()));
        assertThrows(NotFoundException.class, () -> DockerClientFactory.instance().client().inspectContainerCmd(id).exec());
    }

    @Test
    void aDaemonThatCannotStartSaysWhy(@TempDir Path folder) throws Exception {
        Path rules = Files.writeString(folder.resolve("rules.yaml"), "version: 1\nrules: [{id: a, mtach: {}}]\n");
        try (FcemuContainer container = new FcemuContainer().withFaults(rules.toString())) {
            FcemuException refused = assertThrows(FcemuException.class, container::start);
            assertTrue(refused.getMessage().contains("did you mean 'match'"), refused.getMessage());
        }
    }
}
