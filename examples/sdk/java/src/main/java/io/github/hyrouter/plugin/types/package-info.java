/** Messages of the contract. Generated from its JSON Schema by {@code mvn -Ptypes process-sources}; do not edit. */
package io.github.hyrouter.plugin.types;
