import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;

/** What the tools of the tests have in common: settings come as JSON, bytes go as base64, each answer is a line. */
final class Tool {
    static final ObjectMapper JSON = new ObjectMapper();

    private Tool() {}

    static Properties settings(String json) throws IOException {
        return JSON.readValue(json, Properties.class);
    }

    static String encode(byte[] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] decode(String text) {
        return text == null ? null : Base64.getDecoder().decode(text);
    }

    static PrintStream output() {
        return new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);
    }
}
