#include "services/lists/rpc/services.h"

namespace baodao::lists {

Services::Services(Deps deps)
    : publications_(deps),
      cancellations_(deps, publications_),
      needs_(deps, publications_, cancellations_),
      resources_(deps),
      projects_(deps),
      matches_(deps) {}

void Services::Register(rpc::Router* router) {
  router->Unary("baodao.lists.v1.NeedService/CreateNeed", &needs_, &NeedHandlers::Create);
  router->Unary("baodao.lists.v1.NeedService/GetNeed", &needs_, &NeedHandlers::Get);
  router->Unary("baodao.lists.v1.NeedService/ListNeeds", &needs_, &NeedHandlers::List);
  router->Unary("baodao.lists.v1.NeedService/ListMyNeeds", &needs_, &NeedHandlers::ListMine);
  router->Unary("baodao.lists.v1.NeedService/ReviewNeed", &needs_, &NeedHandlers::Review);
  router->Unary("baodao.lists.v1.NeedService/ResubmitNeed", &needs_, &NeedHandlers::Resubmit);
  router->Unary("baodao.lists.v1.NeedService/PublishNeed", &needs_, &NeedHandlers::Publish);
  router->Unary("baodao.lists.v1.NeedService/CancelNeed", &needs_, &NeedHandlers::Cancel);
  router->Unary("baodao.lists.v1.NeedService/ResolveNeed", &needs_, &NeedHandlers::Resolve);
  router->Unary("baodao.lists.v1.NeedService/CloseNeed", &needs_, &NeedHandlers::Close);

  router->Unary("baodao.lists.v1.ResourceService/CreateResource", &resources_,
                &ResourceHandlers::Create);
  router->Unary("baodao.lists.v1.ResourceService/GetResource", &resources_, &ResourceHandlers::Get);
  router->Unary("baodao.lists.v1.ResourceService/ListResources", &resources_,
                &ResourceHandlers::List);
  router->Unary("baodao.lists.v1.ResourceService/WithdrawResource", &resources_,
                &ResourceHandlers::Withdraw);

  router->Unary("baodao.lists.v1.ProjectService/CreateProject", &projects_,
                &ProjectHandlers::Create);
  router->Unary("baodao.lists.v1.ProjectService/GetProject", &projects_, &ProjectHandlers::Get);
  router->Unary("baodao.lists.v1.ProjectService/ListProjects", &projects_, &ProjectHandlers::List);
  router->Unary("baodao.lists.v1.ProjectService/ApproveProject", &projects_,
                &ProjectHandlers::Approve);
  router->Unary("baodao.lists.v1.ProjectService/RejectProject", &projects_,
                &ProjectHandlers::Reject);
  router->Unary("baodao.lists.v1.ProjectService/CancelProject", &projects_,
                &ProjectHandlers::Cancel);
  router->Unary("baodao.lists.v1.ProjectService/ReleaseProject", &projects_,
                &ProjectHandlers::Release);
  router->Unary("baodao.lists.v1.ProjectService/ClaimProject", &projects_, &ProjectHandlers::Claim);
  router->Unary("baodao.lists.v1.ProjectService/StartProject", &projects_, &ProjectHandlers::Start);
  router->Unary("baodao.lists.v1.ProjectService/CompleteProject", &projects_,
                &ProjectHandlers::Complete);
  router->Unary("baodao.lists.v1.ProjectService/EvaluateProject", &projects_,
                &ProjectHandlers::Evaluate);

  router->Unary("baodao.lists.v1.MatchService/CreateMatch", &matches_, &MatchHandlers::Create);
  router->Unary("baodao.lists.v1.MatchService/ListMatches", &matches_, &MatchHandlers::List);
}

}  // namespace baodao::lists
