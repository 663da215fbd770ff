// @ts-nocheck
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from the .hbs files by templates/precompile.ts. Do not edit.
export const templates: Readonly<Record<"kernel.wgsl" | "module", object>> = {
  "kernel.wgsl": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "override "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":2,"column":11},"end":{"line":2,"column":15}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":2,"column":9},"end":{"line":2,"column":17}}}) : helper))) != null ? stack1 : "")
    + ": "
    + ((stack1 = (((helper = lookupProperty(helpers,"type") || alias1(depth0, "type", {"start":{"line":2,"column":21},"end":{"line":2,"column":25}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"type","hash":{},"data":data,"loc":{"start":{"line":2,"column":19},"end":{"line":2,"column":27}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\noverride scratch_length: u32 = "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":6,"column":33},"end":{"line":6,"column":48}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":6,"column":55},"end":{"line":6,"column":69}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"shared"), "slots", {"start":{"line":6,"column":76},"end":{"line":6,"column":88}} ), depth0)) != null ? stack1 : "")
    + "u;\nvar<workgroup> scratch_memory: array<"
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"shared"), "type", {"start":{"line":7,"column":39},"end":{"line":7,"column":50}} ), depth0)) != null ? stack1 : "")
    + ", scratch_length>;\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "\n"
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "  let group_of_all = workgroup_id.x + workgroup_id.y * num_workgroups.x;\n  let group = group_of_all / "
    + ((stack1 = (((helper = lookupProperty(helpers,"parts") || alias1(depth0, "parts", {"start":{"line":22,"column":31},"end":{"line":22,"column":36}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"parts","hash":{},"data":data,"loc":{"start":{"line":22,"column":29},"end":{"line":22,"column":38}}}) : helper))) != null ? stack1 : "")
    + ";\n  let part = group_of_all % "
    + ((stack1 = (((helper = lookupProperty(helpers,"parts") || alias1(depth0, "parts", {"start":{"line":23,"column":30},"end":{"line":23,"column":35}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"parts","hash":{},"data":data,"loc":{"start":{"line":23,"column":28},"end":{"line":23,"column":37}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"4":function(container,depth0,helpers,partials,data) {
    return "  let group = workgroup_id.x + workgroup_id.y * num_workgroups.x;\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3=container.lambda, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"constants"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":1,"column":0},"end":{"line":3,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"shared"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":8,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"helpers"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":12,"column":9}}})) != null ? stack1 : "")
    + "\n@compute @workgroup_size("
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":14,"column":27},"end":{"line":14,"column":42}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":14,"column":49},"end":{"line":14,"column":63}} ), depth0)) != null ? stack1 : "")
    + ")\nfn main(\n  @builtin(workgroup_id) workgroup_id: vec3u,\n  @builtin(num_workgroups) num_workgroups: vec3u,\n  @builtin(local_invocation_index) local_index: u32,\n) {\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"parts"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.program(4, data, 0),"data":data,"loc":{"start":{"line":20,"column":0},"end":{"line":26,"column":7}}})) != null ? stack1 : "")
    + "  let lane = select(local_index % "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":27,"column":36},"end":{"line":27,"column":51}} ), depth0)) != null ? stack1 : "")
    + ", local_index / "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":27,"column":71},"end":{"line":27,"column":85}} ), depth0)) != null ? stack1 : "")
    + ", "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "columns", {"start":{"line":27,"column":91},"end":{"line":27,"column":108}} ), depth0)) != null ? stack1 : "")
    + ");\n  let row_in_group = select(local_index / "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":28,"column":44},"end":{"line":28,"column":59}} ), depth0)) != null ? stack1 : "")
    + ", local_index % "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":28,"column":79},"end":{"line":28,"column":93}} ), depth0)) != null ? stack1 : "")
    + ", "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "columns", {"start":{"line":28,"column":99},"end":{"line":28,"column":116}} ), depth0)) != null ? stack1 : "")
    + ");\n"
    + ((stack1 = (((helper = lookupProperty(helpers,"body") || alias2(depth0, "body", {"start":{"line":29,"column":2},"end":{"line":29,"column":6}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"body","hash":{},"data":data,"loc":{"start":{"line":29,"column":0},"end":{"line":29,"column":8}}}) : helper))) != null ? stack1 : "")
    + "\n}\n";
},"useData":true},
  "module": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\nconst "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":10,"column":8},"end":{"line":10,"column":12}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":10,"column":6},"end":{"line":10,"column":14}}}) : helper))) != null ? stack1 : "")
    + ": readonly Program[] = "
    + ((stack1 = (((helper = lookupProperty(helpers,"literal") || alias1(depth0, "literal", {"start":{"line":10,"column":39},"end":{"line":10,"column":46}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"literal","hash":{},"data":data,"loc":{"start":{"line":10,"column":37},"end":{"line":10,"column":48}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "/*\n * Generated by normc "
    + ((stack1 = (((helper = lookupProperty(helpers,"compiler") || alias1(depth0, "compiler", {"start":{"line":2,"column":24},"end":{"line":2,"column":32}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"compiler","hash":{},"data":data,"loc":{"start":{"line":2,"column":22},"end":{"line":2,"column":34}}}) : helper))) != null ? stack1 : "")
    + " from "
    + ((stack1 = (((helper = lookupProperty(helpers,"source") || alias1(depth0, "source", {"start":{"line":2,"column":42},"end":{"line":2,"column":48}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"source","hash":{},"data":data,"loc":{"start":{"line":2,"column":40},"end":{"line":2,"column":50}}}) : helper))) != null ? stack1 : "")
    + " ("
    + ((stack1 = (((helper = lookupProperty(helpers,"hash") || alias1(depth0, "hash", {"start":{"line":2,"column":54},"end":{"line":2,"column":58}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"hash","hash":{},"data":data,"loc":{"start":{"line":2,"column":52},"end":{"line":2,"column":60}}}) : helper))) != null ? stack1 : "")
    + ").\n * Do not edit: change the spec and run `normc build`.\n */\nimport { createFromOptions, type Norm, type Program } from "
    + ((stack1 = (((helper = lookupProperty(helpers,"runtime") || alias1(depth0, "runtime", {"start":{"line":5,"column":61},"end":{"line":5,"column":68}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"runtime","hash":{},"data":data,"loc":{"start":{"line":5,"column":59},"end":{"line":5,"column":70}}}) : helper))) != null ? stack1 : "")
    + ";\n\n"
    + ((stack1 = (((helper = lookupProperty(helpers,"api") || alias1(depth0, "api", {"start":{"line":7,"column":2},"end":{"line":7,"column":5}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"api","hash":{},"data":data,"loc":{"start":{"line":7,"column":0},"end":{"line":7,"column":7}}}) : helper))) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"programs"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":11,"column":9}}})) != null ? stack1 : "");
},"useData":true},
};
