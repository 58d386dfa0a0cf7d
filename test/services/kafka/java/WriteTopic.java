import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes its input, a message a line, and waits until all is acknowledged: `SETTINGS TOPIC [commit|abort]`, the last with a `transactional.id` in the settings. */
final class WriteTopic implements Tool {
    @Override
    public void run(List<String> arguments, List<String> input, PrintStream output) throws Exception {
        Properties settings = Tools.settings(arguments.get(0));
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            boolean isTransaction = arguments.size() > 2;
            if (isTransaction) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            write(producer, arguments.get(1), input);
            if (!isTransaction) return;
            if (arguments.get(2).equals("commit")) producer.commitTransaction();
            else producer.abortTransaction();
        }
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, String topic, List<String> lines) throws Exception {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        for (String line : lines) answers.add(producer.send(recordOf(topic, Tools.JSON.readTree(line))));
        producer.flush();
        for (Future<RecordMetadata> answer : answers) answer.get();
    }

    private static ProducerRecord<byte[], byte[]> recordOf(String topic, JsonNode message) {
        Integer partition = message.hasNonNull("partition") ? message.get("partition").asInt() : null;
        Long timestampMs = message.hasNonNull("timestampMs") ? message.get("timestampMs").asLong() : null;
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
            topic, partition, timestampMs, bytesOf(message.get("key")), bytesOf(message.get("value")));
        for (JsonNode header : message.path("headers"))
            record.headers().add(header.get(0).asText(), bytesOf(header.get(1)));
        return record;
    }

    private static byte[] bytesOf(JsonNode text) {
        return text == null || text.isNull() ? null : Tools.decode(text.asText());
    }
}
