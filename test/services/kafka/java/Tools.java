import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Runs the tools of the tests, for a Java that starts for each would take longer than what it does. A line of input is
 * `{"tool", "arguments", "input"}`; what the tool prints is followed by a line `END`, or `FAILED` and the reason.
 */
public class Tools {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Tool> TOOLS = Map.of(
        "admin", new AdminTool(), "decode", new DecodeAvro(), "read", new ReadTopic(), "write", new WriteTopic());

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);
        for (String line; (line = input.readLine()) != null; ) {
            output.println(run(JSON.readTree(line), output));
            output.flush();
        }
    }

    static Properties settings(String json) throws IOException {
        return JSON.readValue(json, Properties.class);
    }

    static List<String> brokersOf(Properties settings) {
        return List.of(settings.getProperty("bootstrap.servers").split(","));
    }

    static String encode(byte[] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] decode(String text) {
        return text == null ? null : Base64.getDecoder().decode(text);
    }

    private static String run(JsonNode order, PrintStream output) {
        try {
            TOOLS.get(order.get("tool").asText()).run(textsOf(order.get("arguments")), textsOf(order.get("input")), output);
            return "END";
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            return "FAILED " + e.toString().replace('\n', ' ');
        }
    }

    private static List<String> textsOf(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
