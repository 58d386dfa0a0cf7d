import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Who leads the partitions of a topic, once all brokers that answer say the same. A broker says for a moment what is no
 * longer true when it has been frozen, and does not know yet a topic that is new; a client would believe whom it asks first.
 */
final class Leaders {
    private static final int PATIENCE_MS = 30_000;
    private static final int ANSWER_MS = 1_000;
    private static final int POLL_MS = 100;
    private static final short METADATA = 3;
    private static final short VERSION = 8;

    /** The node that leads, or -1 for none, and in which term. */
    record Leader(int node, int epoch) {}

    private Leaders() {}

    /** By partition; when `isServed` of none but those that have a leader. */
    static Map<Integer, Leader> agreed(List<String> brokers, String topic, boolean isServed) throws Exception {
        for (long end = System.nanoTime() + PATIENCE_MS * 1_000_000L; System.nanoTime() < end; Thread.sleep(POLL_MS)) {
            Set<Map<Integer, Leader>> said = new HashSet<>();
            for (String broker : brokers) ask(broker, topic).ifPresent(said::add);
            if (said.size() != 1) continue;
            Map<Integer, Leader> leaders = said.iterator().next();
            boolean isLed = leaders.values().stream().allMatch(leader -> leader.node() >= 0);
            if (!leaders.isEmpty() && (isLed || !isServed)) return leaders;
        }
        throw new IllegalStateException("the brokers do not agree on who leads \"" + topic + "\"");
    }

    /** Nothing from a broker that is dead or frozen; no partitions from one that does not know the topic. */
    private static Optional<Map<Integer, Leader>> ask(String broker, String topic) {
        String[] address = broker.split(":");
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(ANSWER_MS);
            socket.connect(new InetSocketAddress(address[0], Integer.parseInt(address[1])), ANSWER_MS);
            byte[] request = requestFor(topic);
            DataOutputStream output = new DataOutputStream(socket.getOutputStream());
            output.writeInt(request.length);
            output.write(request);
            DataInputStream input = new DataInputStream(socket.getInputStream());
            ByteBuffer answer = ByteBuffer.wrap(input.readNBytes(input.readInt())).position(Integer.BYTES);
            return Optional.of(leadersIn(new MetadataResponseData(new ByteBufferAccessor(answer), VERSION)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] requestFor(String topic) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(19 + name.length);
        int correlation = 0;
        short noClient = -1;
        request.putShort(METADATA).putShort(VERSION).putInt(correlation).putShort(noClient);
        request.putInt(1).putShort((short) name.length).put(name);
        byte no = 0; // neither create the topic, nor say what the cluster or the topic allows
        return request.put(no).put(no).put(no).array();
    }

    private static Map<Integer, Leader> leadersIn(MetadataResponseData answer) {
        Map<Integer, Leader> leaders = new TreeMap<>();
        for (MetadataResponseTopic topic : answer.topics())
            for (MetadataResponsePartition partition : topic.partitions())
                leaders.put(partition.partitionIndex(), new Leader(partition.leaderId(), partition.leaderEpoch()));
        return leaders;
    }
}
