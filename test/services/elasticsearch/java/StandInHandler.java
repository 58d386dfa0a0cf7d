package flagship.standins;

import java.util.List;
import java.util.stream.Stream;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;

/** Answers some routes, each written as `METHOD PATH`. */
class StandInHandler implements RestHandler {
    interface Answer {
        void send(RestRequest request, RestChannel channel) throws Exception;
    }

    /** An Elasticsearch refuses parameters that nobody has read. */
    private static final List<String> IGNORED = List.of("master_timeout", "timeout", "expand_wildcards");

    private final Answer answer;
    private final List<Route> routes;

    StandInHandler(Answer answer, String... routes) {
        this.answer = answer;
        this.routes = Stream.of(routes).map(route -> route.split(" "))
            .map(parts -> new Route(RestRequest.Method.valueOf(parts[0]), parts[1])).toList();
    }

    @Override
    public List<Route> routes() {
        return routes;
    }

    @Override
    public void handleRequest(RestRequest request, RestChannel channel, NodeClient client) throws Exception {
        IGNORED.forEach(request::param);
        answer.send(request, channel);
    }
}
