import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Decodes the Avro values on its standard input, a value a line, to JSON: `DecodeAvro SCHEMA_FILE`. */
public class DecodeAvro {
    public static void main(String[] arguments) throws Exception {
        Schema schema = new Schema.Parser().parse(new File(arguments[0]));
        GenericDatumReader<Object> reader = new GenericDatumReader<>(schema);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (PrintStream output = Tool.output()) {
            for (String line; (line = input.readLine()) != null; ) {
                BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(Tool.decode(line), null);
                Object value = reader.read(null, decoder);
                if (!decoder.isEnd()) throw new IllegalArgumentException("there are bytes after the value");
                output.println(GenericData.get().toString(value));
            }
        }
    }
}
