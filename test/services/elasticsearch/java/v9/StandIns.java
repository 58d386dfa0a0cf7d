package flagship.standins;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.MetadataDataStreamsService;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.rest.RestHandler;

/** The stand-ins with the interfaces of 9.5. */
public class StandIns extends StandInPlugin {
    @Override
    protected Map<String, DataStream> dataStreams(ClusterState state) {
        return state.metadata().getProject(ProjectId.DEFAULT).dataStreams();
    }

    @Override
    protected ClusterState without(ClusterState state, Set<DataStream> streams) {
        return MetadataDataStreamsService.deleteDataStreams(
            state.projectState(ProjectId.DEFAULT), streams, clusterService.getSettings());
    }

    @Override
    public Collection<RestHandler> getRestHandlers(RestHandlersServices services, Supplier<DiscoveryNodes> nodes,
            Predicate<NodeFeature> hasFeature) {
        return handlers();
    }
}
