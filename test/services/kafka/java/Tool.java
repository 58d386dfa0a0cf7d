import java.io.PrintStream;
import java.util.List;

/** Something that the tests ask of Kafka's own code: bytes go in and out as base64, what it finds is printed as lines of JSON. */
interface Tool {
    void run(List<String> arguments, List<String> input, PrintStream output) throws Exception;
}
