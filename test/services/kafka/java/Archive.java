import java.io.PrintStream;
import java.util.List;

/**
 * Does once what nodes and tools do, and ends: with `-XX:ArchiveClassesAtExit` Java keeps what it has loaded for it, and
 * the next ones start in half the CPU time: `Archive BROKER SERVER_PROPERTIES STORAGE CLUSTER_ID`.
 */
public class Archive {
    public static void main(String[] arguments) throws Exception {
        List<String> launch = List.of(arguments).subList(1, arguments.length);
        Thread node = new Thread(() -> Launch.main(launch.toArray(new String[0])), "node");
        node.setDaemon(true);
        node.start();
        String client = "{\"bootstrap.servers\":\"" + arguments[0] + "\",\"transactional.id\":\"archive\"}";
        PrintStream output = System.out;
        new AdminTool().run(List.of(client, "create", "archive", "1"), List.of(), output);
        new WriteTopic().run(List.of(client, "archive", "commit"), List.of("{\"value\":\"\"}"), output);
        new ReadTopic().run(List.of(client, "archive"), List.of(), output);
        new DecodeAvro().run(List.of("\"string\""), List.of("AA=="), output);
        System.exit(0);
    }
}
