import java.io.PrintStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Decodes Avro values, a value a line, to JSON: `SCHEMA`. */
final class DecodeAvro implements Tool {
    @Override
    public void run(List<String> arguments, List<String> input, PrintStream output) throws Exception {
        Schema schema = new Schema.Parser().parse(arguments.get(0));
        GenericDatumReader<Object> reader = new GenericDatumReader<>(schema);
        for (String line : input) {
            BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(Tools.decode(line), null);
            Object value = reader.read(null, decoder);
            if (!decoder.isEnd()) throw new IllegalArgumentException("there are bytes after the value");
            output.println(GenericData.get().toString(value));
        }
    }
}
