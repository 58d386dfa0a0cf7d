import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints every message that a topic has at the start of the reading, and ends: `ReadTopic SETTINGS TOPIC`. */
public class ReadTopic {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public static void main(String[] arguments) throws Exception {
        Properties settings = Tool.settings(arguments[0]);
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes);
            PrintStream output = Tool.output()) {
            List<TopicPartition> partitions = consumer.partitionsFor(arguments[1]).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            read(consumer, consumer.endOffsets(partitions), output);
        }
    }

    /** What is read beyond an end came while reading; of some partitions it would be seen, of others not. */
    private static void read(
        KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, PrintStream output) throws Exception {
        long lastMove = System.nanoTime();
        long before = -1;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                long end = ends.get(new TopicPartition(record.topic(), record.partition()));
                if (record.offset() < end) output.println(Tool.JSON.writeValueAsString(messageOf(record)));
            }
            long position = ends.keySet().stream().mapToLong(consumer::position).sum();
            if (position != before) lastMove = System.nanoTime();
            else if (System.nanoTime() - lastMove > PATIENCE.toNanos())
                throw new IllegalStateException("nothing came for " + PATIENCE.toSeconds() + " s");
            before = position;
        }
    }

    private static ObjectNode messageOf(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode message = Tool.JSON.createObjectNode()
            .put("partition", record.partition())
            .put("offset", record.offset())
            .put("timestampMs", record.timestamp())
            .put("key", Tool.encode(record.key()))
            .put("value", Tool.encode(record.value()));
        ArrayNode headers = message.putArray("headers");
        for (Header header : record.headers()) headers.addArray().add(header.key()).add(Tool.encode(header.value()));
        return message;
    }
}
