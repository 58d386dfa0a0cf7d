import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** Starts a Kafka node; a node without storage gets it first: `Launch SERVER_PROPERTIES STORAGE CLUSTER_ID [FORMAT_OPTION...]`. */
public class Launch {
    public static void main(String[] arguments) {
        String properties = arguments[0];
        if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
            List<String> format = new ArrayList<>(List.of("format", "-t", arguments[2], "-c", properties));
            format.addAll(List.of(arguments).subList(3, arguments.length));
            int status = StorageTool.execute(format.toArray(new String[0]), System.out);
            if (status != 0) System.exit(status);
        }
        Kafka.main(new String[] {properties});
    }
}
