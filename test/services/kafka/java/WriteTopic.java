import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes what its standard input says, a message a line, and ends when all are acknowledged: `WriteTopic SETTINGS TOPIC
 * [commit|abort]`, the last with a `transactional.id` in the settings.
 */
public class WriteTopic {
    public static void main(String[] arguments) throws Exception {
        Properties settings = Tool.settings(arguments[0]);
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            boolean isTransaction = arguments.length > 2;
            if (isTransaction) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            write(producer, arguments[1]);
            if (!isTransaction) return;
            if (arguments[2].equals("commit")) producer.commitTransaction();
            else producer.abortTransaction();
        }
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, String topic) throws Exception {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = input.readLine()) != null; )
            answers.add(producer.send(recordOf(topic, Tool.JSON.readTree(line))));
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
        return text == null || text.isNull() ? null : Tool.decode(text.asText());
    }
}
