package flagship.standins;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ClusterStateUpdateTask;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.index.IndexNotFoundException;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.index.mapper.KeywordFieldMapper;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.NumberFieldMapper;
import org.elasticsearch.index.mapper.TextFieldMapper;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.ToXContent;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Stands in for modules that are not on Maven Central: `GET /`, `GET|DELETE /_data_stream`, field types as their nearest
 * server types, settings of ILM (without effect), and the analysis that the index of x-pack-security names.
 */
public abstract class StandInPlugin extends Plugin implements ActionPlugin, MapperPlugin, AnalysisPlugin {
    protected volatile ClusterService clusterService;

    protected abstract Map<String, DataStream> dataStreams(ClusterState state);

    protected abstract ClusterState without(ClusterState state, Set<DataStream> streams);

    @Override
    public Collection<?> createComponents(PluginServices services) {
        clusterService = services.clusterService();
        return List.of();
    }

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(
            "wildcard", KeywordFieldMapper.PARSER,
            "match_only_text", TextFieldMapper.PARSER,
            "constant_keyword", (name, node, context) -> {
                node.remove("value");
                return KeywordFieldMapper.PARSER.parse(name, node, context);
            },
            "scaled_float", (name, node, context) -> {
                node.remove("scaling_factor");
                return NumberFieldMapper.NumberType.DOUBLE.parser().parse(name, node, context);
            });
    }

    @Override
    public List<Setting<?>> getSettings() {
        return List.of(ignored("index.lifecycle.name"), ignored("index.lifecycle.rollover_alias"));
    }

    private static Setting<String> ignored(String name) {
        return Setting.simpleString(name, Setting.Property.Dynamic, Setting.Property.IndexScope);
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "pattern_capture", (index, environment, name, settings) -> {
                Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
                boolean keeps = settings.getAsBoolean("preserve_original", true);
                return filter(name, tokens -> new PatternCaptureGroupTokenFilter(tokens, keeps, patterns));
            },
            "unique", (index, environment, name, settings) -> filter(name, tokens -> tokens));
    }

    private static TokenFilterFactory filter(String name, UnaryOperator<TokenStream> make) {
        return new TokenFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public TokenStream create(TokenStream tokens) {
                return make.apply(tokens);
            }
        };
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("uax_url_email", (index, environment, name, settings) -> new TokenizerFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Tokenizer create() {
                return new UAX29URLEmailTokenizer();
            }
        });
    }

    protected List<RestHandler> handlers() {
        return List.of(
            new StandInHandler(this::answerInfo, "GET /", "HEAD /"),
            new StandInHandler(this::answerStreams, "GET /_data_stream", "GET /_data_stream/{name}"),
            new StandInHandler(this::deleteStreams, "DELETE /_data_stream/{name}"));
    }

    private void answerInfo(RestRequest request, RestChannel channel) throws IOException {
        ClusterState state = clusterService.state();
        Build build = Build.current();
        try (XContentBuilder body = channel.newBuilder()) {
            body.startObject()
                .field("name", clusterService.localNode().getName())
                .field("cluster_name", state.getClusterName().value())
                .field("cluster_uuid", state.metadata().clusterUUID());
            body.startObject("version")
                .field("number", build.qualifiedVersion())
                .field("build_flavor", build.flavor())
                .field("build_type", "maven-jars")
                .field("build_hash", build.hash())
                .field("build_date", build.date())
                .field("build_snapshot", build.isSnapshot())
                .field("lucene_version", Version.LATEST.toString())
                .field("minimum_wire_compatibility_version", build.minWireCompatVersion())
                .field("minimum_index_compatibility_version", build.minIndexCompatVersion())
                .endObject();
            body.field("tagline", "You Know, for Search").endObject();
            channel.sendResponse(new RestResponse(RestStatus.OK, body));
        }
    }

    private void answerStreams(RestRequest request, RestChannel channel) throws IOException {
        Set<DataStream> streams = named(request);
        try (XContentBuilder body = channel.newBuilder()) {
            body.startObject().startArray("data_streams");
            for (DataStream stream : streams) stream.toXContent(body, ToXContent.EMPTY_PARAMS);
            channel.sendResponse(new RestResponse(RestStatus.OK, body.endArray().endObject()));
        }
    }

    private void deleteStreams(RestRequest request, RestChannel channel) {
        Set<DataStream> streams = named(request);
        clusterService.submitUnbatchedStateUpdateTask("delete data streams", new ClusterStateUpdateTask() {
            @Override
            public ClusterState execute(ClusterState state) {
                return without(state, streams);
            }

            @Override
            public void clusterStateProcessed(ClusterState before, ClusterState after) {
                try (XContentBuilder body = channel.newBuilder()) {
                    body.startObject().field("acknowledged", true).endObject();
                    channel.sendResponse(new RestResponse(RestStatus.OK, body));
                } catch (IOException e) {
                    onFailure(e);
                }
            }

            @Override
            public void onFailure(Exception failure) {
                try {
                    channel.sendResponse(new RestResponse(channel, failure));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    /** The streams of `/{name}`: names and patterns with commas between them. A list without a pattern must find some. */
    private Set<DataStream> named(RestRequest request) {
        String names = request.param("name", "*");
        Set<DataStream> found = new LinkedHashSet<>();
        for (DataStream stream : dataStreams(clusterService.state()).values()) {
            if (Regex.simpleMatch(names.split(","), stream.getName())) found.add(stream);
        }
        if (found.isEmpty() && !names.contains("*") && !names.equals("_all")) throw new IndexNotFoundException(names);
        return found;
    }
}
