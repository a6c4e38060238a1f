namespace Sparse.Formats.Vectors;

/// <summary>How a file of vectors is laid out.</summary>
internal enum VectorFormat
{
    /// <summary>Ours: <c>{"id","vector":{"term":weight}}</c>, weights as floats.</summary>
    Jsonl,

    /// <summary>Anserini's JsonVectorCollection: the same with whole numbers.</summary>
    Anserini,

    /// <summary>OpenSearch's bulk file for a <c>rank_features</c> field: an action line, a document line; dots in terms become '__'.</summary>
    OpenSearch,

    /// <summary>Elasticsearch's bulk file for a <c>sparse_vector</c> field.</summary>
    Elasticsearch,

    /// <summary>Qdrant points, one a line: a number, <c>payload._id</c>, <c>vector.sparse.{indices, values}</c>.</summary>
    Qdrant,

    /// <summary>Pinecone vectors, one a line: <c>sparse_values.{indices, values}</c>.</summary>
    Pinecone,

    /// <summary>Milvus rows, one a line: <c>vector.{indices, values}</c>.</summary>
    Milvus,

    /// <summary>The Common Index File Format: protobuf, impacts as term frequencies.</summary>
    Ciff,

    /// <summary>The impact vectors of engine benchmarks.</summary>
    Bin,

    /// <summary>Parquet: <c>id</c>, and lists <c>indices</c> (or <c>terms</c>) and <c>values</c>.</summary>
    Parquet,

    /// <summary>A folder with an index of ours.</summary>
    Index,
}
