package fcemu.junit5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kit in processes of its own: what a failed test shows, and what is left of a run. */
class ProcessesTest {
    private static final long END_SECONDS = 60;

    @TempDir
    Path folder;
    private Path tmp;

    @BeforeEach
    void makeFolder() throws IOException {
        tmp = Files.createDirectory(folder.resolve("tmp"));
    }

    private Process start(String test, Path told) throws IOException {
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
            System.getProperty("java.class.path"), Inner.class.getName(), Inner.Tests.class.getName(), test);
        java.environment().put("FCEMU_TOLD", told.toString());
        java.environment().put("TMPDIR", tmp.toString());
        return java.redirectErrorStream(true).start(); // by a pipe, whose end is waited for
    }

    private static String said(Process process) throws Exception {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS), "it lives");
        return said;
    }

    /** Processes of a run, by the TMPDIR in their environment. */
    private List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(process -> {
            try {
                return new String(Files.readAllBytes(Path.of("/proc", String.valueOf(process.pid()), "environ")), StandardCharsets.ISO_8859_1).contains(tmp.toString());
            } catch (IOException gone) {
                return false;
            }
        }).collect(Collectors.toList());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (ProcessHandle process : processes()) { // what has lost its owner takes a moment to end
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        }
        try (Stream<Path> left = Files.list(tmp)) {
            assertEquals(List.of(), left.filter(path -> path.getFileName().toString().startsWith("fcemu")).collect(Collectors.toList()));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "fails    | as meant(?s:.*)Suppressed: calls of account \\d+:\\n.*InvokeFunction pay -> 503 ResourceThrottled, .*\\(rule storm\\)",
        "verifies | fail: calls: 1 calls, wanted exactly 2\\n(?s:.*)InvokeFunction gone -> 404 FunctionNotFound",
        "vacuous  | vacuous: retries: (?s:.*)no call came for account",
        "stopsAll | stop all concerns everybody who uses http://127.0.0.1:\\d+; ask for a daemon of the test's own",
        "mistakes | did you mean 'ResourceThrottled'",
        "noFile   | gone\\.yaml",
    }, quoteCharacter = '"')
    void aFailedTestSays(String test, String pattern) throws Exception {
        Process process = start(test, folder.resolve("told"));
        String said = said(process);
        assertEquals(1, process.exitValue(), said);
        assertTrue(Pattern.compile(pattern).matcher(said).find(), said);
    }

    @Test
    void eightProcessesShareNothingAndLeaveNothing() throws Exception {
        List<Process> running = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            running.add(start("one", folder.resolve("told" + i)));
        }
        Set<String> urls = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            String said = said(running.get(i));
            assertEquals(0, running.get(i).exitValue(), said);
            urls.add(Files.readString(folder.resolve("told" + i)));
        }
        assertEquals(8, urls.size());
    }

    @Test
    void aKilledRunLeavesNoProcessAndNobodyWaits() throws Exception {
        Path told = folder.resolve("told");
        Process process;
        try (WatchService files = folder.getFileSystem().newWatchService()) {
            folder.register(files, StandardWatchEventKinds.ENTRY_CREATE);
            process = start("hangs", told);
            while (!Files.exists(told)) {
                WatchKey key = files.poll(END_SECONDS, TimeUnit.SECONDS);
                assertNotNull(key, "it is not up");
                key.reset();
            }
        }
        assertTrue(processes().size() >= 5); // the run, start, its supervisor and keeper, the daemon
        process.toHandle().destroyForcibly(); // Process itself would close the pipe
        said(process); // to the end of the pipe, which nobody else holds
        assertNotEquals(0, process.exitValue());
    }
}
