namespace Sparse.Encoders.Splade;

/// <summary>What a model does with a logit to make a weight.</summary>
internal enum TermActivation
{
    /// <summary>log(1 + max(0, x)): SPLADE and most models ("relu" in a pooling config).</summary>
    Relu,

    /// <summary>log(1 + log(1 + max(0, x))): the OpenSearch doc-v3 models ("log1p_relu").</summary>
    Log1pRelu,

    /// <summary>x + 1 above 0, exp(x) below: VDR. Every weight is positive, so only the top terms are kept.</summary>
    Elu1p,
}

/// <summary>What a model does with the weights of a term at several places.</summary>
internal enum PoolingStrategy
{
    /// <summary>The largest: SPLADE v2 and later, VDR.</summary>
    Max,

    /// <summary>Their sum: SPLADE v1, Formal et al., arXiv:2107.05720.</summary>
    Sum,
}

/// <summary>How logits [b, s, V] become weights [b, V].</summary>
/// <param name="Activation">Of each logit.</param>
/// <param name="Strategy">Over a text's places.</param>
internal sealed record TermPooling(TermActivation Activation, PoolingStrategy Strategy = PoolingStrategy.Max)
{
    /// <summary>The term of the first logit: VDR leaves the unused pieces at the vocabulary's beginning out.</summary>
    public int FirstTerm { get; init; }

    /// <summary>True when only a part of each text is pooled, as the second copy of an echoed one.</summary>
    public bool IsPartial { get; init; }

    /// <summary>For people.</summary>
    internal string Describe() => (Strategy == PoolingStrategy.Max ? "max of " : "sum of ") + Activation switch
    {
        TermActivation.Log1pRelu => "log(1 + log(1 + relu))",
        TermActivation.Elu1p => "elu + 1",
        _ => "log(1 + relu)",
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Activation} {(Strategy == PoolingStrategy.Max ? "max" : "sum")}{(FirstTerm > 0 ? $" from {FirstTerm}" : "")}";
}
