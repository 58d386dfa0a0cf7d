import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * `Admin SETTINGS create TOPIC PARTITIONS [NAME=VALUE...]`, `Admin SETTINGS leaders TOPIC`,
 * `Admin SETTINGS allow PRINCIPAL RESOURCE_TYPE NAME OPERATION...`.
 */
public class Admin {
    public static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments).subList(2, arguments.length);
        try (var admin = org.apache.kafka.clients.admin.Admin.create(Tool.settings(arguments[0]))) {
            switch (arguments[1]) {
                case "create" -> create(admin, rest);
                case "leaders" -> leaders(admin, rest.get(0));
                case "allow" -> allow(admin, rest);
                default -> throw new IllegalArgumentException(arguments[1]);
            }
        }
    }

    private static void create(org.apache.kafka.clients.admin.Admin admin, List<String> rest) throws Exception {
        Map<String, String> settings = rest.stream().skip(2).map(entry -> entry.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
        // As many replicas as the cluster has nodes: its default.
        NewTopic topic = new NewTopic(rest.get(0), Optional.of(Integer.parseInt(rest.get(1))), Optional.empty());
        admin.createTopics(List.of(topic.configs(settings))).all().get();
    }

    private static void leaders(org.apache.kafka.clients.admin.Admin admin, String name) throws Exception {
        TopicDescription topic = admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
        ObjectNode leaders = Tool.JSON.createObjectNode();
        topic.partitions().forEach(partition -> leaders.put(
            String.valueOf(partition.partition()), partition.leader() == null ? -1 : partition.leader().id()));
        System.out.println(leaders);
    }

    private static void allow(org.apache.kafka.clients.admin.Admin admin, List<String> rest) throws Exception {
        ResourcePattern resource =
            new ResourcePattern(ResourceType.fromString(rest.get(1)), rest.get(2), PatternType.LITERAL);
        List<AclBinding> bindings = rest.stream().skip(3).map(operation -> new AclBinding(resource, new AccessControlEntry(
            rest.get(0), "*", AclOperation.fromString(operation), AclPermissionType.ALLOW))).toList();
        admin.createAcls(bindings).all().get();
    }
}
