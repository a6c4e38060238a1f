namespace Sparse.Encoders.Splade;

/// <summary>What a model does with the largest logit of a term to make its weight.</summary>
internal enum TermActivation
{
    /// <summary>log(1 + max(0, x)): SPLADE and most models ("relu" in a pooling config).</summary>
    Relu,

    /// <summary>log(1 + log(1 + max(0, x))): the OpenSearch doc-v3 models ("log1p_relu").</summary>
    Log1pRelu,
}
