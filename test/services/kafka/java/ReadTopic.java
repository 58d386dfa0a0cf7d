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

/** Prints every message that a topic has when the reading starts: `SETTINGS TOPIC`. */
final class ReadTopic implements Tool {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public void run(List<String> arguments, List<String> input, PrintStream output) throws Exception {
        Properties settings = Tools.settings(arguments.get(0));
        boolean isPlain = settings.getProperty("security.protocol") == null;
        if (isPlain) Leaders.agreed(Tools.brokersOf(settings), arguments.get(1), true);
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
            List<TopicPartition> partitions = consumer.partitionsFor(arguments.get(1)).stream()
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
                if (record.offset() < end) output.println(Tools.JSON.writeValueAsString(messageOf(record)));
            }
            long position = ends.keySet().stream().mapToLong(consumer::position).sum();
            if (position != before) lastMove = System.nanoTime();
            else if (System.nanoTime() - lastMove > PATIENCE.toNanos())
                throw new IllegalStateException("nothing came for " + PATIENCE.toSeconds() + " s");
            before = position;
        }
    }

    private static ObjectNode messageOf(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode message = Tools.JSON.createObjectNode()
            .put("partition", record.partition())
            .put("offset", record.offset())
            .put("timestampMs", record.timestamp())
            .put("key", Tools.encode(record.key()))
            .put("value", Tools.encode(record.value()));
        ArrayNode headers = message.putArray("headers");
        for (Header header : record.headers()) headers.addArray().add(header.key()).add(Tools.encode(header.value()));
        return message;
    }
}
